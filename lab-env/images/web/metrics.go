package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// requests counts what the server answered, by status code. The kubelet's probes and the questions
// of /metrics itself don't count: they come whether or not anybody uses the server.
type requests struct {
	mutex sync.Mutex
	codes map[int]int
}

var uncounted = []string{"/ready", "/live", "/started", "/metrics"}

// counted lets a handler answer and remembers the code that it answered with.
func (r *requests) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		kept := &codeKeeper{ResponseWriter: out, code: http.StatusOK}
		next.ServeHTTP(kept, in)
		if slices.Contains(uncounted, in.URL.Path) {
			return
		}
		r.mutex.Lock()
		defer r.mutex.Unlock()
		if r.codes == nil {
			r.codes = map[int]int{}
		}
		r.codes[kept.code]++
	})
}

type codeKeeper struct {
	http.ResponseWriter
	code int
}

func (k *codeKeeper) WriteHeader(code int) {
	k.code = code
	k.ResponseWriter.WriteHeader(code)
}

// metrics answers in Prometheus' text format. They are this process's own: a new one begins at 0.
func (app *app) metrics(out http.ResponseWriter, _ *http.Request) {
	out.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	metric := func(name, kind, help string) {
		fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	}
	metric("web_requests_total", "counter", "Requests answered, by status code; probes are not counted.")
	app.requests.write(out)
	metric("web_ready", "gauge", "1 if the server calls itself ready.")
	fmt.Fprintf(out, "web_ready %d\n", map[bool]int{true: 1}[app.ready.on.Load()])
	metric("web_started_seconds", "gauge", "When the process started, in Unix seconds.")
	fmt.Fprintf(out, "web_started_seconds %d\n", app.since.Unix())
	held := app.volume.holds()
	metric("web_volume_starts", "gauge", "Starts that the volume has seen: it outlives the process.")
	fmt.Fprintf(out, "web_volume_starts %d\n", held.Starts)
	metric("web_volume_free_bytes", "gauge", "Free space where the volume lies.")
	fmt.Fprintf(out, "web_volume_free_bytes %d\n", held.FreeBytes)
}

func (r *requests) write(out http.ResponseWriter) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	codes := []int{}
	for code := range r.codes {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	if len(codes) == 0 {
		codes = []int{http.StatusOK} // a rate needs a series that begins at 0
	}
	for _, code := range codes {
		fmt.Fprintf(out, "web_requests_total{code=%q} %d\n", strconv.Itoa(code), r.codes[code])
	}
}
