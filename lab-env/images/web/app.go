package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// noteLimit is the longest note in bytes.
const noteLimit = 4 << 10

// app holds the server's parts together.
type app struct {
	settings             settings
	me                   identity
	volume               volume
	since                time.Time
	ready, live, started *probe
	faults
	requests requests
}

// state is the whole answer of /api.
type state struct {
	identity
	Version       string          `json:"version"`
	Colour        string          `json:"colour"`
	StartedAt     time.Time       `json:"started_at"`
	UptimeSeconds float64         `json:"uptime_seconds"`
	Probes        map[string]bool `json:"probes"`
	MemoryMiB     int             `json:"memory_mib"`
	Volume        holding         `json:"volume"`
}

func newApp(settings settings, me identity) *app {
	app := &app{
		settings: settings, me: me, volume: volume{settings.Data}, since: time.Now().UTC(),
		ready: &probe{name: "ready"}, live: &probe{name: "live"}, started: &probe{name: "started"},
		faults: faults{exit: make(chan int, 1)},
	}
	app.live.set(settings.Live)
	return app
}

// begin leaves a line on the volume, then becomes started and ready, after
// START_DELAY. A volume that can't be written to does not end the server: its
// page says so, which teaches more than a restart.
func (app *app) begin() {
	if err := app.volume.add(startsFile, startLine(app.me)); err != nil {
		log.Printf("the start is not on the volume: %v", err)
	}
	open := func() {
		app.started.set(app.settings.Started)
		app.ready.set(app.settings.Ready)
	}
	if app.settings.StartDelay == 0 {
		open()
		return
	}
	time.AfterFunc(app.settings.StartDelay, open)
}

func (app *app) routes() http.Handler {
	mux := http.NewServeMux()
	for _, each := range []*probe{app.ready, app.live, app.started} {
		each.routes(mux)
	}
	app.faults.routes(mux)
	mux.HandleFunc("GET /{$}", app.front)
	mux.HandleFunc("GET /api", app.api)
	mux.HandleFunc("GET /metrics", app.metrics)
	mux.HandleFunc("GET /notes", app.notes)
	mux.HandleFunc("POST /notes", app.note)
	return app.requests.counted(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		out.Header().Set("X-Pod", app.me.Name)
		out.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(out, in)
	}))
}

func (app *app) state() state {
	return state{
		identity: app.me, Version: version, Colour: colourOf(version),
		StartedAt: app.since, UptimeSeconds: time.Since(app.since).Seconds(),
		Probes: map[string]bool{
			"ready": app.ready.on.Load(), "live": app.live.on.Load(), "started": app.started.on.Load(),
		},
		MemoryMiB: app.held(), Volume: app.volume.holds(),
	}
}

// front answers a browser with a page and everything else with plain text.
func (app *app) front(out http.ResponseWriter, in *http.Request) {
	accept := in.Header.Get("Accept")
	switch {
	case strings.Contains(accept, "text/html"):
		writePage(out, app.state())
	case strings.Contains(accept, "application/json"):
		app.api(out, in)
	default:
		writeText(out, app.state())
	}
}

func (app *app) api(out http.ResponseWriter, _ *http.Request) {
	out.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(app.state()); err != nil {
		log.Printf("the answer was cut off: %v", err)
	}
}

func (app *app) notes(out http.ResponseWriter, _ *http.Request) {
	for _, file := range app.volume.holds().Files {
		if file.Name == notesFile {
			fmt.Fprint(out, file.Text)
		}
	}
}

// note writes the body to the volume as one line. 507 means that the volume is full.
func (app *app) note(out http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(out, in.Body, noteLimit))
	if err != nil {
		http.Error(out, fmt.Sprintf("a note has at most %d bytes", noteLimit), http.StatusRequestEntityTooLarge)
		return
	}
	if strings.TrimSpace(string(body)) == "" {
		http.Error(out, "the note is empty", http.StatusBadRequest)
		return
	}
	err = app.volume.add(notesFile, app.me.Name+" "+string(body))
	switch {
	case errors.Is(err, syscall.ENOSPC):
		http.Error(out, "the volume is full: "+err.Error(), http.StatusInsufficientStorage)
	case err != nil:
		http.Error(out, "the note is not written: "+err.Error(), http.StatusInternalServerError)
	default:
		out.WriteHeader(http.StatusCreated)
		fmt.Fprintf(out, "%s wrote it to %s\n", app.me.Name, app.volume.path)
	}
}
