package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// enough is how long `train result` waits for the end of the training.
const enough = 2 * time.Minute

// state is the answer of /state.
type state struct {
	Rank           int      `json:"rank"`
	World          int      `json:"world"`
	Step           int      `json:"step"`
	BeganAfterStep int      `json:"began_after_step"`
	Model          string   `json:"model"`
	Steps          []moment `json:"steps"`
}

// result waits until the rank at this address has done all steps, and prints its model.
func result(limit context.Context, url string, steps int, out io.Writer) error {
	limit, cancel := context.WithTimeout(limit, enough)
	defer cancel()
	for {
		found, err := askState(limit, url)
		if err == nil && found.Step >= steps {
			_, err = fmt.Fprintln(out, found.Model)
			return err
		}
		if !wait(limit, 5*retry) {
			return fmt.Errorf("not done within %s: it is at step %d of %d (%v)", enough, found.Step, steps, err)
		}
	}
}

func askState(limit context.Context, url string) (state, error) {
	var found state
	request, err := http.NewRequestWithContext(limit, http.MethodGet, url, nil)
	if err != nil {
		return found, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return found, err
	}
	defer answer.Body.Close()
	return found, json.NewDecoder(answer.Body).Decode(&found)
}

// hurry tells the rank at this address to pause no longer between its steps.
func hurry(limit context.Context, url string) error {
	limit, cancel := context.WithTimeout(limit, patient)
	defer cancel()
	request, err := http.NewRequestWithContext(limit, http.MethodPost, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}
