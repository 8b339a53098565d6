package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"log"
	"net/http"
)

//go:embed page.html
var pageSource string

var page = template.Must(template.New("page").Parse(pageSource))

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

func writePage(out http.ResponseWriter, now state) {
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := page.Execute(out, now); err != nil {
		log.Printf("the page was cut off: %v", err)
	}
}

// writeText is what curl shows: one fact a line.
func writeText(out io.Writer, now state) {
	ordinal := "none"
	if now.Ordinal != nil {
		ordinal = fmt.Sprint(*now.Ordinal)
	}
	fmt.Fprintf(out, "I am %s, version %s\n", now.Name, now.Version)
	fmt.Fprintf(out, "set       %s\nordinal   %s\n", orElse(now.Set, "none"), ordinal)
	fmt.Fprintf(out, "revision  %s\nnode      %s\nip        %s\n",
		orElse(now.Revision, "unknown"), orElse(now.Node, "unknown"), orElse(now.IP, "unknown"))
	fmt.Fprintf(out, "ready     %t\nlive      %t\nstarted   %t\n",
		now.Probes["ready"], now.Probes["live"], now.Probes["started"])
	fmt.Fprintf(out, "volume    %s, %s, %d starts on it\n", now.Volume.Path, now.Volume.Kind(), now.Volume.Starts)
	if now.Volume.Error != "" {
		fmt.Fprintf(out, "          %s\n", now.Volume.Error)
	}
	for _, file := range now.Volume.Files {
		fmt.Fprintf(out, "\n%s (%d bytes)\n%s", file.Name, file.Size, file.Text)
	}
}

// Kind says in words whether the folder outlives the container.
func (h holding) Kind() string {
	if h.Mounted {
		return "a mounted volume"
	}
	return "no volume, it goes with the container"
}
