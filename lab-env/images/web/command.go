package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"time"
)

// command runs what is written behind the program's name and returns the exit code:
// `web version` and `web get [-limit 5s] URL`, a client for Pods of this image.
func command(words []string, out, problems io.Writer) int {
	switch {
	case words[0] == "version":
		fmt.Fprintln(out, version)
		return 0
	case words[0] == "get":
		return get(words[1:], out, problems)
	}
	fmt.Fprintln(problems, "usage: web | web version | web get [-limit 5s] URL")
	return 2
}

// get prints the answer of a URL: 0 for a status below 400, 1 for anything else.
func get(words []string, out, problems io.Writer) int {
	flags := flag.NewFlagSet("get", flag.ContinueOnError)
	flags.SetOutput(problems)
	limit := flags.Duration("limit", 5*time.Second, "give up after this time")
	if flags.Parse(words) != nil || flags.NArg() != 1 {
		fmt.Fprintln(problems, "usage: web get [-limit 5s] URL")
		return 2
	}
	client := http.Client{Timeout: *limit}
	answer, err := client.Get(flags.Arg(0))
	if err != nil {
		fmt.Fprintln(problems, err)
		return 1
	}
	defer answer.Body.Close()
	if _, err := io.Copy(out, answer.Body); err != nil {
		fmt.Fprintln(problems, err)
		return 1
	}
	if answer.StatusCode >= http.StatusBadRequest {
		fmt.Fprintln(problems, answer.Status)
		return 1
	}
	return 0
}
