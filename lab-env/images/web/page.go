package main

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
)

// page.html is filled in by names in braces. A template package would make the
// program a third bigger: it calls methods by name, so the linker must keep all.
//
//go:embed page.html
var page string

// colourOf gives each version a colour that colour-blind eyes can tell apart.
func colourOf(version string) string {
	switch version {
	case "v1":
		return "#0072b2"
	case "v2":
		return "#b34a00"
	default:
		return "#555555"
	}
}

// ordinalText is the ordinal in words.
func (me identity) ordinalText() string {
	if me.Ordinal == nil {
		return "none"
	}
	return fmt.Sprint(*me.Ordinal)
}

// kind says in words whether the folder outlives the container.
func (h holding) kind() string {
	if h.Mounted {
		return "a mounted volume"
	}
	return "no volume, it goes with the container"
}

// writePage is what a browser shows. All that comes from outside is escaped.
func writePage(out http.ResponseWriter, now state) {
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	var files strings.Builder
	for _, file := range now.Volume.Files {
		fmt.Fprintf(&files, "<h3>%s (%d bytes)</h3><pre>%s</pre>\n",
			html.EscapeString(file.Name), file.Size, html.EscapeString(file.Text))
	}
	filled := []string{"{files}", files.String()}
	for name, value := range map[string]string{
		"name": now.Name, "version": now.Version, "colour": now.Colour,
		"set": orElse(now.Set, "none"), "ordinal": now.ordinalText(),
		"revision": orElse(now.Revision, "unknown"), "node": orElse(now.Node, "unknown"),
		"ip": orElse(now.IP, "unknown"), "ready": yesNo(now.Probes["ready"]),
		"live": yesNo(now.Probes["live"]), "started": yesNo(now.Probes["started"]),
		"path": now.Volume.Path, "kind": now.Volume.kind(), "starts": fmt.Sprint(now.Volume.Starts),
		"error": now.Volume.Error,
	} {
		filled = append(filled, "{"+name+"}", html.EscapeString(value))
	}
	io.WriteString(out, strings.NewReplacer(filled...).Replace(page)) // a client may be gone
}

func yesNo(value bool) string {
	if value {
		return "yes"
	}
	return "no"
}

// writeText is what curl shows: one fact a line.
func writeText(out io.Writer, now state) {
	fmt.Fprintf(out, "I am %s, version %s\n", now.Name, now.Version)
	fmt.Fprintf(out, "set       %s\nordinal   %s\n", orElse(now.Set, "none"), now.ordinalText())
	fmt.Fprintf(out, "revision  %s\nnode      %s\nip        %s\n",
		orElse(now.Revision, "unknown"), orElse(now.Node, "unknown"), orElse(now.IP, "unknown"))
	fmt.Fprintf(out, "ready     %s\nlive      %s\nstarted   %s\n",
		yesNo(now.Probes["ready"]), yesNo(now.Probes["live"]), yesNo(now.Probes["started"]))
	fmt.Fprintf(out, "volume    %s, %s, %d starts on it\n", now.Volume.Path, now.Volume.kind(), now.Volume.Starts)
	if now.Volume.Error != "" {
		fmt.Fprintf(out, "          %s\n", now.Volume.Error)
	}
	for _, file := range now.Volume.Files {
		fmt.Fprintf(out, "\n%s (%d bytes)\n%s", file.Name, file.Size, file.Text)
	}
}
