// Command web is the course's web server: it says who it is, what its volume
// holds, and fails on request. It is the only program in the image lab.local/web.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// version is set by the linker: -X main.version=v1.
var version = "dev"

// stopLimit bounds the time that open requests get once the server stops.
const stopLimit = time.Second

func main() {
	log.SetFlags(log.Ldate | log.Ltime | log.Lmicroseconds | log.LUTC)
	if len(os.Args) > 1 {
		os.Exit(command(os.Args[1:], os.Stdout, os.Stderr))
	}
	code, err := serve()
	if err != nil {
		log.Printf("web cannot start: %v", err)
	}
	os.Exit(code)
}

// serve runs the server until a signal or /exit ends it; it returns the exit code.
func serve() (int, error) {
	settings, err := settingsFrom(os.Getenv)
	if err != nil {
		return 2, err
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	if os.Getpid() == 1 {
		go reapOrphans()
	}
	app := newApp(settings, whoami(os.Getenv))
	listener, err := net.Listen("tcp", settings.Address)
	if err != nil {
		return 2, err
	}
	server := &http.Server{Handler: app.routes(), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	app.begin()
	log.Printf("%s %s listens on %s", app.me.Name, version, settings.Address)

	code := 0
	select {
	case err := <-failed:
		return 1, err
	case code = <-app.exit:
		log.Printf("%s was told to exit with code %d", app.me.Name, code)
	case got := <-signals:
		log.Printf("%s got %s", app.me.Name, got)
		app.drain(signals)
	}
	return code, shutDown(server)
}

// drain keeps serving for STOP_DELAY, not ready; a second signal cuts it short.
func (app *app) drain(signals <-chan os.Signal) {
	app.ready.set(false)
	if app.settings.StopDelay == 0 {
		return
	}
	log.Printf("%s goes on for %s, as STOP_DELAY says", app.me.Name, app.settings.StopDelay)
	select {
	case <-time.After(app.settings.StopDelay):
	case <-signals:
	}
}

// shutDown lets open requests end for at most stopLimit, then cuts them off.
func shutDown(server *http.Server) error {
	limit, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	err := server.Shutdown(limit)
	if errors.Is(err, context.DeadlineExceeded) {
		return server.Close()
	}
	return err
}

// reapOrphans collects the children of shells that kubectl exec started: as
// process 1 nobody else does, and they would stay as zombies.
func reapOrphans() {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	for range ended {
		for {
			pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
			if pid <= 0 || err != nil {
				break
			}
		}
	}
}

// settings come from the environment; a wrong one ends the program with code 2.
type settings struct {
	Address              string
	Data                 string
	StopDelay            time.Duration
	StartDelay           time.Duration
	Ready, Live, Started bool
}

func settingsFrom(env func(string) string) (settings, error) {
	result := settings{Address: net.JoinHostPort(env("HOST"), orElse(env("PORT"), "8080")), Data: orElse(env("DATA_DIR"), "/data")}
	var problems []error
	duration := func(name string) time.Duration {
		value, err := time.ParseDuration(orElse(env(name), "0s"))
		if err != nil || value < 0 {
			problems = append(problems, fmt.Errorf("%s=%q is no duration such as 500ms or 10s", name, env(name)))
		}
		return value
	}
	onOff := func(name string) bool {
		value := orElse(env(name), "on")
		if value != "on" && value != "off" {
			problems = append(problems, fmt.Errorf("%s=%q is neither on nor off", name, value))
		}
		return value == "on"
	}
	result.StopDelay, result.StartDelay = duration("STOP_DELAY"), duration("START_DELAY")
	result.Ready, result.Live, result.Started = onOff("READY"), onOff("LIVE"), onOff("STARTED")
	return result, errors.Join(problems...)
}

func orElse(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
