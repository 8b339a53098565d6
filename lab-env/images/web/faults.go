package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

// faults are the ways in which the server fails when it is told to.
type faults struct {
	exit chan int

	mutex sync.Mutex
	taken [][]byte // memory held on purpose, a MiB each
}

func (f *faults) routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /exit", f.leave)
	mux.HandleFunc("POST /memory", f.memory)
	mux.HandleFunc("POST /cpu", f.cpu)
	mux.HandleFunc("GET /slow", f.slow)
}

// number reads a whole number from the query; it answers 400 when there is none.
func number(out http.ResponseWriter, in *http.Request, name string, most int) (int, bool) {
	value, err := strconv.Atoi(in.URL.Query().Get(name))
	if err != nil || value < 0 || value > most {
		http.Error(out, fmt.Sprintf("say %s?%s=N, with N from 0 to %d", in.URL.Path, name, most), http.StatusBadRequest)
		return 0, false
	}
	return value, true
}

// leave ends the process with a code, once this answer is out.
func (f *faults) leave(out http.ResponseWriter, in *http.Request) {
	code, ok := number(out, in, "code", 255)
	if !ok {
		return
	}
	out.WriteHeader(http.StatusAccepted)
	fmt.Fprintf(out, "exits with code %d\n", code)
	select {
	case f.exit <- code:
	default: // told before, and on its way
	}
}

// memory takes MiB until it holds mb of them, or gives them back. It works after
// the answer: the kernel may kill the process half way, and that is the point.
func (f *faults) memory(out http.ResponseWriter, in *http.Request) {
	megabytes, ok := number(out, in, "mb", 1<<20)
	if !ok {
		return
	}
	out.WriteHeader(http.StatusAccepted)
	fmt.Fprintf(out, "goes from %d to %d MiB held\n", f.held(), megabytes)
	log.Printf("holds %d MiB of memory from now on, if it may", megabytes)
	go f.hold(megabytes)
}

func (f *faults) held() int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return len(f.taken)
}

func (f *faults) hold(megabytes int) {
	f.mutex.Lock()
	if megabytes < len(f.taken) {
		clear(f.taken[megabytes:])
		f.taken = f.taken[:megabytes]
		debug.FreeOSMemory()
	}
	f.mutex.Unlock()
	for f.more(megabytes) {
	}
}

// more takes one MiB; false when enough are held.
func (f *faults) more(megabytes int) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if len(f.taken) >= megabytes {
		return false
	}
	block := make([]byte, 1<<20)
	for at := 0; at < len(block); at += os.Getpagesize() {
		block[at] = 1 // a page counts against the limit only once it was written
	}
	f.taken = append(f.taken, block)
	return true
}

// cpu keeps one core busy for some seconds.
func (f *faults) cpu(out http.ResponseWriter, in *http.Request) {
	seconds, ok := number(out, in, "seconds", 3600)
	if !ok {
		return
	}
	out.WriteHeader(http.StatusAccepted)
	fmt.Fprintf(out, "keeps a core busy for %d s\n", seconds)
	go func() {
		for end := time.Now().Add(time.Duration(seconds) * time.Second); time.Now().Before(end); {
		}
	}()
}

// slow answers after some milliseconds, unless the client goes away.
func (f *faults) slow(out http.ResponseWriter, in *http.Request) {
	milliseconds, ok := number(out, in, "ms", 600_000)
	if !ok {
		return
	}
	select {
	case <-time.After(time.Duration(milliseconds) * time.Millisecond):
		fmt.Fprintf(out, "answered after %d ms\n", milliseconds)
	case <-in.Context().Done():
	}
}
