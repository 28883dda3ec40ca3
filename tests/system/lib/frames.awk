# Turn the frames that dom0's helpers print on the console into TAP.
#
#	@rig@ SEQUENCE KIND TEXT@end		KIND: ok, not, note, say, done
#
# A frame reaches the log whole (see dom0/rig/tap.sh) but other text may stand
# before and after it on the line. -v first=N is the number of the first test,
# -v scenario=NAME goes before each description. The last line printed is a
# "# done" or says what is missing.

function problem(text)
{
	print "# " scenario ": " text
	bad = 1
}

function frame(sequence, kind, text)
{
	if (sequence != ++expected) {
		problem("frame " expected " of dom0's report is missing")
		expected = sequence
	}
	if (kind == "ok")
		print "ok " first++ " - " scenario ": " text
	else if (kind == "not")
		print "not ok " first++ " - " scenario ": " text
	else if (kind == "note" || kind == "say")
		print "# " text
	else
		done = kind == "done" && text == "0"
}

{
	gsub(/\r/, "")
	while (match($0, /@rig@ [0-9]+ [a-z]+ [^@]*@end/)) {
		split(substr($0, RSTART, RLENGTH - 4), word, " ")
		text = substr($0, RSTART, RLENGTH - 4)
		sub(/^@rig@ [0-9]+ [a-z]+ /, "", text)
		$0 = substr($0, RSTART + RLENGTH)
		frame(word[2], word[3], text)
	}
}

END {
	if (!done)
		problem("dom0's script did not reach its end")
	exit bad
}
