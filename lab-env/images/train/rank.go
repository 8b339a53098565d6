package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// kept is for how many steps a rank remembers its gradients. Nobody can be further behind:
	// a step ends only when everybody's gradient is there.
	kept    = 2
	retry   = 20 * time.Millisecond
	tell    = time.Second     // a rank that waits for longer says for whom
	patient = 2 * time.Second // for one answer of another rank
)

// rank is one member of the job.
type rank struct {
	job    job
	number int
	share  []sample
	file   string

	mutex sync.Mutex
	done  checkpoint
	began int // the step that this process began after
	hasty bool
}

// newRank begins where the checkpoint on the volume ends, or at step 0.
func newRank(job job, number int, file string) (*rank, error) {
	if number >= job.World {
		return nil, fmt.Errorf("rank %d has no place in a world of %d", number, job.World)
	}
	found, err := load(file)
	if err != nil {
		return nil, err
	}
	log.Printf("rank %d of %d begins after step %d", number, job.World, found.Step)
	return &rank{job: job, number: number, share: share(number), file: file, done: found, began: found.Step}, nil
}

// train goes through the steps; ask gets another rank's gradient and waits until there is one.
func (r *rank) train(limit context.Context, ask func(context.Context, int, int) (gradient, error)) error {
	for step := r.done.Step + 1; step <= r.job.Steps; step++ {
		own := r.done.Weights.gradient(r.share)
		if err := r.offer(step, own); err != nil {
			return err
		}
		all := make([]gradient, r.job.World)
		for other := range all {
			if other == r.number {
				all[other] = own
				continue
			}
			found, err := ask(limit, other, step)
			if err != nil {
				return err
			}
			all[other] = found
		}
		if err := r.move(step, all); err != nil {
			return err
		}
		if !wait(limit, r.pause()) {
			return limit.Err()
		}
	}
	log.Print(r.done.Weights.told(r.done.Step))
	return nil
}

// pause is the time between two steps: none once the rank was told to hurry.
func (r *rank) pause() time.Duration {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.hasty {
		return 0
	}
	return r.job.Pause
}

// offer makes this rank's gradient of a step known. It goes into the checkpoint too: after a
// restart the weights of that step are gone, and the others may still ask.
func (r *rank) offer(step int, own gradient) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.done.Gradients[step] = own
	delete(r.done.Gradients, step-kept)
	return r.done.save(r.file)
}

func (r *rank) move(step int, all []gradient) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	loss := r.done.Weights.step(all)
	r.done.Step = step
	r.done.Losses = append(r.done.Losses, moment{step, float64(time.Now().UnixMilli()) / 1000, loss})
	return r.done.save(r.file)
}

// ask gets the gradient of another rank, by its name, as often as it takes.
func (r *rank) ask(limit context.Context, other, step int) (gradient, error) {
	stem := r.job.Name[:len(r.job.Name)-len(strconv.Itoa(r.number))]
	name := fmt.Sprintf("%s%d.%s", stem, other, r.job.Service)
	told, began := false, time.Now()
	for {
		found, err := fetch(limit, fmt.Sprintf("http://%s:8080/gradient?step=%d", name, step))
		if err == nil {
			return found, nil
		}
		if !told && time.Since(began) > tell {
			log.Printf("step %d waits for %s", step, name)
			told = true
		}
		if !wait(limit, retry) {
			return gradient{}, limit.Err()
		}
	}
}

func fetch(limit context.Context, url string) (gradient, error) {
	limit, cancel := context.WithTimeout(limit, patient)
	defer cancel()
	request, err := http.NewRequestWithContext(limit, http.MethodGet, url, nil)
	if err != nil {
		return gradient{}, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return gradient{}, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return gradient{}, fmt.Errorf("%s: %s", url, answer.Status)
	}
	var found gradient
	return found, json.NewDecoder(answer.Body).Decode(&found)
}

func (r *rank) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /gradient", r.gradient)
	mux.HandleFunc("GET /state", r.state)
	mux.HandleFunc("GET /ready", r.ready)
	mux.HandleFunc("POST /hurry", func(http.ResponseWriter, *http.Request) {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.hasty = true
	})
	return mux
}

// gradient answers another rank: 404 when this rank has not come so far yet.
func (r *rank) gradient(out http.ResponseWriter, in *http.Request) {
	step, err := strconv.Atoi(in.URL.Query().Get("step"))
	if err != nil {
		http.Error(out, "say /gradient?step=N", http.StatusBadRequest)
		return
	}
	r.mutex.Lock()
	found, there := r.done.Gradients[step]
	r.mutex.Unlock()
	if !there {
		http.Error(out, "this step is not at hand", http.StatusNotFound)
		return
	}
	write(out, found)
}

// ready is 200 once this process has done a step: it has then heard from every rank.
func (r *rank) ready(out http.ResponseWriter, _ *http.Request) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.done.Step == r.began && r.done.Step < r.job.Steps {
		http.Error(out, "has not done a step yet", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintf(out, "at step %d\n", r.done.Step)
}

func (r *rank) state(out http.ResponseWriter, _ *http.Request) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	write(out, state{r.number, r.job.World, r.done.Step, r.began, r.done.Weights.told(r.done.Step), r.done.Losses})
}

func write(out http.ResponseWriter, value any) {
	out.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(out).Encode(value); err != nil {
		log.Printf("the answer was cut off: %v", err)
	}
}

// wait is false when the program is to stop.
func wait(limit context.Context, long time.Duration) bool {
	select {
	case <-limit.Done():
		return false
	case <-time.After(long):
		return true
	}
}
