# SPDX-License-Identifier: GPL-2.0-only
# What the comment that opens applets/NAME.c says, in another form:
#
#   awk -v out=header -f applets.awk applets/*.c     APPLET() lines for main.c
#   awk -v out=man -v version=V -v date=D -f applets.awk applets/NAME.c
#
# The comment is "NAME - summary", an empty line, and the help text, which
# begins with "usage:" and its synopsis up to the next empty line.

function fail(why)
{
	print "applets.awk: " FILENAME ": " why >"/dev/stderr"
	failed = 1
	exit 1
}

# Character by character: awks disagree about backslashes in gsub().
function escape(s, table, i, c, r)
{
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		r = r (c in table ? table[c] : c)
	}
	return r
}

BEGIN {
	c_string["\\"] = "\\\\"
	c_string["\""] = "\\\""
	c_string["\t"] = "\\t"
	c_string["?"] = "\\?"	# no trigraphs
	roff["\\"] = "\\e"
	roff["-"] = "\\-"
	roff["'"] = "\\(aq"
	roff["`"] = "\\(ga"
	roff["^"] = "\\(ha"
	roff["~"] = "\\(ti"
	if (out == "header")
		print "/* Generated from the comments in applets/. */"
}

function header(id)
{
	id = name
	gsub(/-/, "_", id)
	printf "APPLET(\"%s\", %s_main,\n\t\"%s\"", name, id,
		escape(summary, c_string)
	for (i = 1; i <= n; i++)
		printf "%s\n\t\"%s\\n\"", i == 1 ? "," : "",
			escape(text[i], c_string)
	print ")"
}

function paragraph(from, to, i, line)
{
	print ".nf"
	for (i = from; i <= to; i++) {
		line = escape(text[i], roff)
		print (line ~ /^[.]/ ? "\\&" : "") line
	}
	print ".fi"
}

function man(i)
{
	for (i = 1; i <= n && text[i] != ""; i++)
		;
	printf ".TH %s 8 %s \"dom0less %s\"\n", toupper(escape(name, roff)),
		date, version
	print ".SH NAME\n" escape(name " - " summary, roff)
	print ".SH SYNOPSIS"
	sub(/^usage: /, "", text[1])
	paragraph(1, i - 1)
	print ".SH DESCRIPTION"
	paragraph(i + 1, n)
}

function finish()
{
	state = "done"
	if (name == "" || n < 1 || text[1] !~ /^usage: /)
		fail("no \"NAME - summary\" and \"usage: NAME ...\" on top")
	if (out == "man")
		man()
	else
		header()
}

FNR == 1 {
	if (NR > 1 && state != "done")
		fail("the file before it has no comment on top")
	state = "before"
	name = ""
	n = 0
	file = FILENAME
	sub(/.*\//, "", file)
	sub(/\.c$/, "", file)
}
state == "before" && $0 == "/*" { state = "name"; next }
state == "name" || state == "text" {
	if ($0 == " */") {
		finish()
		next
	}
	line = $0
	sub(/^ \* ?/, "", line)
	if (line == $0)
		fail("line " FNR ": not \" * text\"")
}
state == "name" {
	at = index(line, " - ")
	name = substr(line, 1, at - 1)
	summary = substr(line, at + 3)
	if (name != file)
		fail("the comment is about \"" name "\"")
	state = "text"
	next
}
state == "text" && (n || line != "") { text[++n] = line }

END {
	if (!failed && NR && state != "done")
		fail("no comment on top")
}
