// Command train is one rank of a small training job. The ranks find each other by their names,
// add up their gradients in each step, and go on from what their volumes hold.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// job is what every rank is told.
type job struct {
	Name    string        // this Pod: its ordinal is the rank
	Service string        // the headless Service below which the others have their names
	World   int           // how many ranks there are
	Steps   int           // after so many steps the training is over
	Pause   time.Duration // between two steps, so that a reader can follow
	Data    string        // the folder of the checkpoint
}

// version is set by the linker: -X main.version=v1.
var version = "dev"

func main() {
	log.SetFlags(log.LUTC | log.Ltime)
	limit, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(limit, os.Args[1:]); err != nil {
		log.Fatalf("train: %v", err)
	}
}

func run(limit context.Context, words []string) error {
	job, err := jobFrom(os.Getenv)
	if err != nil {
		return err
	}
	if len(words) == 1 && words[0] == "alone" {
		fmt.Println(alone(job.World, job.Steps).told(job.Steps))
		return nil
	}
	if len(words) == 1 && words[0] == "result" {
		return result(limit, "http://127.0.0.1:8080/state", job.Steps, os.Stdout)
	}
	if len(words) == 1 && words[0] == "hurry" {
		return hurry(limit, "http://127.0.0.1:8080/hurry")
	}
	if len(words) > 0 {
		return fmt.Errorf("train %s: usage: train | train alone | train hurry | train result", version)
	}
	number, err := rankOf(job.Name)
	if err != nil {
		return err
	}
	rank, err := newRank(job, number, filepath.Join(job.Data, "checkpoint.json"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", ":8080")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: rank.routes(), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(listener) }()
	go func() { failed <- rank.train(limit, rank.ask) }()
	select {
	case err = <-failed:
		if err == nil { // trained: the others may still need this rank's last gradients
			<-limit.Done()
		}
	case <-limit.Done():
	}
	return err
}

// rankOf reads the rank out of the Pod's name.
func rankOf(name string) (int, error) {
	digits := name[strings.LastIndex(name, "-")+1:]
	rank, err := strconv.Atoi(digits)
	if err != nil || digits == name {
		return 0, fmt.Errorf("the name %q ends in no ordinal, so there is no rank", name)
	}
	return rank, nil
}

func jobFrom(env func(string) string) (job, error) {
	number := func(name string) (int, error) {
		value, err := strconv.Atoi(env(name))
		if err != nil || value < 1 {
			return 0, fmt.Errorf("%s=%q is no number of at least 1", name, env(name))
		}
		return value, nil
	}
	world, err := number("WORLD")
	if err != nil {
		return job{}, err
	}
	steps, err := number("STEPS")
	if err != nil {
		return job{}, err
	}
	pause, err := time.ParseDuration(env("PAUSE"))
	if env("PAUSE") != "" && err != nil {
		return job{}, err
	}
	host, _ := os.Hostname()
	return job{Name: host, Service: env("SERVICE"), World: world, Steps: steps, Pause: pause, Data: "/data"}, nil
}
