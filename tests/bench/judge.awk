# From what the boots measured (see scenarios/) to a table, build/bench.json
# and an exit status. All are medians; a ratio is upstream's by ours of one boot,
# since what disturbs a machine disturbs both.

function median(list,    n, i, j, v, t)
{
	n = split(list, v, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) {
			t = v[j]
			v[j] = v[j - 1]
			v[j - 1] = t
		}
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function add(seed, what, tool, value, boot)
{
	values[seed, what, tool] = values[seed, what, tool] " " value
	of[seed, what, tool, boot] = value
	if (boot > last)
		last = boot
}

function ratio(seed, what,    boot, list)
{
	for (boot = 0; boot <= last; boot++)
		if (of[seed, what, "upstream", boot] && of[seed, what, "ours", boot])
			list = list " " of[seed, what, "upstream", boot] / \
				of[seed, what, "ours", boot]
	return median(list)
}

# Without a seed, upstream waits for entropy: what came after that says nothing.
$2 == "cost" && ($5 == $1 || $1 == "counted") && $10 == 0 {
	add($1, "wall", $3, $6 / $4, $11)
	add($1, "cpu", $3, $7 / $4, $11)
	add($1, "switches", $3, $8 / $4, $11)
	add($1, "memory", $3, $9, $11)
}
$2 == "cost" && $10 != 0	{ problem($3 " exits " $10) }
$2 == "calls" {
	add($1, "calls", $3, $5 / $4, $8)
	add($1, "waits", $3, $6 / $4, $8)
	add($1, "requests", $3, $7 / $4, $8)
}
$2 == "bytes"	{ add($1, "bytes", $3, $4, $5) }
$2 == "curve" && $8 == 0 {
	n[++points] = $3
	wall[points] = $4 / 1000
	cpu[points] = $5 / 1000
}
$2 == "curve" && $8 != 0	{ problem("of " $3 " domains: exits " $8) }
$2 == "device" && $9 == 0 {
	add($3, "wall", $4, $5, $10)
	add($3, "cpu", $4, $6, $10)
	add($3, "switches", $4, $7, $10)
	add($3, "memory", $4, $8, $10)
}
$2 == "device" && $9 != 0	{ problem("a " $3 " by " $4 ": exits " $9) }
$2 == "traced" {
	add($3, "calls", $4, $5, $8)
	add($3, "processes", $4, $6, $8)
	add($3, "bytes", $4, $7, $8)
}
$2 == "whole" {
	add("whole-" $1, "wall", $3, $4, $7)
	add("whole-" $1, "rest", $3, $5, $7)
	add("whole-" $1, "bytes", $3, $6, $7)
}
$2 == "looks" {
	looks[$3, $4] = $5 / $4
	shown[$3, $4] = $7
	if ($4 > most)
		most = $4
}

function problem(text)
{
	print "problem: " text
	bad = 1
}

function verdict(value, limit)
{
	if (value <= limit)
		return "met"
	bad = 1
	return "MISSED"
}

function row(seed, what, text, target,    u, o, r, said)
{
	u = median(values[seed, what, "upstream"])
	o = median(values[seed, what, "ours"])
	if (values[seed, what, "upstream"] == "" || values[seed, what, "ours"] == "") {
		problem("nothing was measured: " text ", rng seed: " seed)
		return
	}
	r = ratio(seed, what)
	said = target ? verdict(target, r) : "-"
	printf "%-34s %12.0f %12.0f %9.1f %7s %s\n", text, u, o, r,
		target ? target : "-", said
	printf "%s{\"rng_seed\":\"%s\",\"what\":\"%s\",\"upstream\":%.1f," \
		"\"ours\":%.1f,\"ratio\":%.2f,\"target\":%s,\"verdict\":\"%s\"}",
		comma, seed, what, u, o, r, target ? target : "null", said >json
	comma = ",\n"
}

function head(text)
{
	printf "\n%-34s %12s %12s %9s %7s\n", text, "upstream", "ours", "ratio", "target"
}

function rows(seed)
{
	head(sprintf("%s rng seed, %d boots", seed == "yes" ? "with an" : "without",
		boots))
	row(seed, "wall", "wall time, us a domain", seed == "no" ? 30 : 0)
	row(seed, "cpu", "user+system time, us a domain", 10)
	row(seed, "switches", "context switches a domain", 0)
	row(seed, "calls", "system calls a domain", 10)
	row(seed, "waits", "waits for xenstored a domain", 0)
	row(seed, "requests", "requests to xenstored a domain", 0)
	row(seed, "memory", "most memory, KiB", 8)
	row(seed, "bytes", "bytes of the files", 40)
}

# A device; "rng_seed" of its rows in the JSON is the kind.
function device(kind, text)
{
	head(text)
	# most of ours is the guest's and the kernels' own work, which is the same
	row(kind, "wall", "wall time, us", 0)
	row(kind, "cpu", "user+system time, us", 5)
	row(kind, "switches", "context switches", 0)
	row(kind, "calls", "system calls", 20)
	row(kind, "processes", "processes", 0)
	row(kind, "memory", "most memory of a process, KiB", 0)
	row(kind, "bytes", "bytes of the files", 40)
}

# From dom0's /init on; "rng_seed" of its rows in the JSON begins with whole-.
function whole(seed, text, target)
{
	head(text)
	row("whole-" seed, "wall", "ms from /init to a block read", target)
	row("whole-" seed, "rest", "ms of it, without the modules", 0)
	row("whole-" seed, "bytes", "bytes of dom0's ramdisk", 0)
}

# Least squares of total cost against domains: the slope.
function slope(y,    i, sx, sy, sxx, sxy)
{
	for (i = 1; i <= points; i++) {
		sx += n[i]
		sy += y[i]
		sxx += n[i] * n[i]
		sxy += n[i] * y[i]
	}
	return (points * sxy - sx * sy) / (points * sxx - sx * sx)
}

function flat(what, y,    one, last)
{
	one = y[1] / n[1]
	last = y[points] / n[points]
	printf "%-34s %.2f times that of %d, slope %.1f ms a domain: %s\n",
		what " of one of " n[points], last / one, n[1], slope(y),
		verdict(last / one, 1.2)
	printf "%s{\"what\":\"%s\",\"domains\":%d,\"ratio\":%.3f,\"slope_ms\":%.3f," \
		"\"target\":1.2,\"verdict\":\"%s\"}", comma, what, n[points],
		last / one, slope(y), verdict(last / one, 1.2) >json
}

function look(applet)
{
	printf "%-34s %.1f system calls a domain of %d: %s; first output after %d%%\n",
		applet, looks[applet, most], most,
		verdict(looks[applet, most], 10), shown[applet, most]
	printf "%s{\"what\":\"%s\",\"domains\":%d,\"calls\":%.2f," \
		"\"first_output_percent\":%d,\"target\":10,\"verdict\":\"%s\"}",
		comma, applet, most, looks[applet, most], shown[applet, most],
		verdict(looks[applet, most], 10) >json
}

END {
	printf "[" >json
	rows("no")
	rows("yes")
	head("in instructions, 4 ns each")
	row("counted", "wall", "wall time, us a domain", 0)
	row("counted", "cpu", "user+system time, us a domain", 0)
	device("card", "a card, in instructions, xl:")
	device("disk", "a disk, in instructions, xl:")
	whole("no", "the whole, in instructions, xl:", 3)
	# half of ours is what the kernel needs for its modules, which is the same
	whole("yes", "the same, with an rng seed", 0)
	print ""
	if (points < 2)
		problem("no curve was measured")
	else {
		flat("user+system time", cpu)
		flat("wall time", wall)
		look("dom0less-list")
		look("dom0less-status")
		plot(svg)
	}
	print "]" >json
	exit bad
}
