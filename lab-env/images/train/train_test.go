package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// world starts all ranks of a job in this process; each asks the others through a function.
type world struct {
	t      *testing.T
	job    job
	folder string
	ranks  []*rank
}

func newWorld(t *testing.T, size, steps int) *world {
	made := &world{t: t, job: job{World: size, Steps: steps}, folder: t.TempDir(), ranks: make([]*rank, size)}
	for number := range size {
		made.begin(number)
	}
	return made
}

// begin is a new process of a rank: it knows what its volume holds.
func (w *world) begin(number int) {
	w.t.Helper()
	made, err := newRank(w.job, number, filepath.Join(w.folder, string(rune('0'+number))))
	if err != nil {
		w.t.Fatal(err)
	}
	w.ranks[number] = made
}

var errLost = errors.New("lost")

// ask reads another rank's gradient, as HTTP would, without waiting.
func (w *world) ask(_ context.Context, other, step int) (gradient, error) {
	found, there := w.ranks[other].done.Gradients[step]
	if !there {
		return found, errLost
	}
	return found, nil
}

// run lets the ranks take turns until all are done, or until they get no further.
func (w *world) run() {
	for range w.job.World * w.job.Steps * 3 {
		for _, each := range w.ranks {
			if err := each.train(context.Background(), w.ask); err != nil && !errors.Is(err, errLost) {
				w.t.Fatal(err)
			}
		}
	}
}

func TestTogetherTheyComeToWhatOneAloneComesTo(t *testing.T) {
	made := newWorld(t, 3, 20)
	made.run()
	for _, each := range made.ranks {
		if each.done.Step != 20 || each.done.Weights != alone(3, 20) {
			t.Errorf("rank %d is at %s", each.number, each.done.Weights.told(each.done.Step))
		}
	}
}

func TestARankThatIsLostAtAnyStepChangesNothing(t *testing.T) {
	for lostAt := 1; lostAt < 10; lostAt++ {
		made := newWorld(t, 3, 10)
		made.job.Steps = lostAt
		for number := range 3 {
			made.ranks[number].job.Steps = lostAt
		}
		made.run()
		made.job.Steps = 10
		made.begin(2)
		for number := range 3 {
			made.ranks[number].job.Steps = 10
		}
		made.run()
		for _, each := range made.ranks {
			if each.done.Weights != alone(3, 10) {
				t.Errorf("lost at %d: rank %d is at %s", lostAt, each.number, each.done.Weights.told(each.done.Step))
			}
		}
	}
}

func TestWithoutItsVolumeARankCanNotCatchUp(t *testing.T) {
	made := newWorld(t, 2, 10)
	made.run()
	if err := os.Remove(made.ranks[1].file); err != nil {
		t.Fatal(err)
	}
	made.begin(1)
	if err := made.ranks[1].train(context.Background(), made.ask); !errors.Is(err, errLost) {
		t.Errorf("it found the gradients of long ago: %v", err)
	}
}

func TestTheTrainingFindsTheTruth(t *testing.T) {
	found := alone(4, 300)
	for at, value := range truth {
		if off := found[at] - value; off > 0.05 || off < -0.05 {
			t.Errorf("weight %d is %.3f, not %.3f", at, found[at], value)
		}
	}
}

func TestABrokenCheckpointIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "checkpoint.json")
	if err := os.WriteFile(file, []byte("{half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newRank(job{World: 1}, 0, file); err == nil {
		t.Error("it began anew and would have thrown the work away")
	}
}

func TestTheRankIsTheOrdinal(t *testing.T) {
	for name, want := range map[string]int{"train-2": 2, "my-set-11": 11, "train-": -1, "train": -1, "": -1} {
		got, err := rankOf(name)
		if want < 0 && err == nil || want >= 0 && got != want {
			t.Errorf("%q: %d, %v", name, got, err)
		}
	}
	if _, err := newRank(job{World: 2}, 2, "none"); err == nil {
		t.Error("rank 2 found a place in a world of 2")
	}
}

func TestTheServerAnswersTheOthers(t *testing.T) {
	made := newWorld(t, 1, 3)
	server := httptest.NewServer(made.ranks[0].routes())
	defer server.Close()
	limit, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if code := status(t, server.URL+"/ready"); code != http.StatusServiceUnavailable {
		t.Errorf("ready before the first step: %d", code)
	}
	made.ranks[0].job.Pause = time.Hour
	if err := hurry(limit, server.URL+"/hurry"); err != nil || made.ranks[0].pause() != 0 {
		t.Errorf("it still pauses: %v", err)
	}
	made.run()
	if found, err := fetch(limit, server.URL+"/gradient?step=3"); err != nil || found.Loss == 0 {
		t.Errorf("%v, %v", found, err)
	}
	for path, want := range map[string]int{"/gradient?step=1": 404, "/gradient?step=x": 400, "/ready": 200} {
		if code := status(t, server.URL+path); code != want {
			t.Errorf("%s: %d", path, code)
		}
	}
	var out strings.Builder
	if err := result(limit, server.URL+"/state", 3, &out); err != nil || out.String() != alone(1, 3).told(3)+"\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func status(t *testing.T, url string) int {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}
