# Cost of a domain against the number of domains, as an SVG. Reads judge.awk's
# n, wall, cpu and points.

function x(domains)
{
	return 70 + 500 * log(domains) / log(n[points])
}

function y(ms)
{
	return 330 - 290 * ms / top
}

function text(at_x, at_y, anchor, what)
{
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
		at_x, at_y, anchor, what >file
}

function line(of, color, name, label_y,    i)
{
	printf "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"",
		color >file
	for (i = 1; i <= points; i++)
		printf "%.1f,%.1f ", x(n[i]), y(of[i] / n[i]) >file
	print "\"/>" >file
	printf "<g fill=\"%s\">\n", color >file
	text(560, label_y, "end", name)
	print "</g>" >file
}

function plot(svg,    i)
{
	file = svg
	for (i = 1; i <= points; i++)
		if (wall[i] / n[i] > top)
			top = wall[i] / n[i]
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"380\" " \
		"font-family=\"sans-serif\" font-size=\"12\">" >file
	print "<rect width=\"600\" height=\"380\" fill=\"white\"/>" >file
	text(300, 20, "middle", "init-dom0less: cost of a domain, in ms")
	for (i = 0; i <= 4; i++) {
		printf "<path d=\"M70 %.1fH570\" stroke=\"#ddd\"/>\n",
			y(top * i / 4) >file
		text(64, y(top * i / 4) + 4, "end", sprintf("%.1f", top * i / 4))
	}
	for (i = 1; i <= points; i++)
		text(x(n[i]), 350, "middle", n[i])
	text(320, 370, "middle", "domains")
	line(wall, "#1f77b4", "wall time", 50)
	line(cpu, "#d62728", "user+system time", 66)
	print "</svg>" >file
}
