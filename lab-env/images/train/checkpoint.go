package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// checkpoint is all that a rank needs to go on as if nothing had happened.
type checkpoint struct {
	Step      int              `json:"step"` // the last step that is part of the weights
	Weights   weights          `json:"weights"`
	Gradients map[int]gradient `json:"gradients"` // this rank's own, of the last steps
	Losses    []moment         `json:"losses"`
}

// moment tells when a step was done, in Unix seconds, and how far off the model was.
type moment struct {
	Step int     `json:"step"`
	Time float64 `json:"time"`
	Loss float64 `json:"loss"`
}

// load returns an empty checkpoint where there is no file. A file that can't be read is an
// error: beginning anew would quietly throw the work away.
func load(file string) (checkpoint, error) {
	found := checkpoint{Gradients: map[int]gradient{}}
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	if err != nil {
		return found, err
	}
	if err := json.Unmarshal(content, &found); err != nil {
		return found, fmt.Errorf("%s is no checkpoint: %w", file, err)
	}
	return found, nil
}

// save replaces the file in one go: whoever is killed half way leaves the old one whole.
func (c checkpoint) save(file string) error {
	content, err := json.Marshal(c)
	if err != nil {
		return err
	}
	half := file + ".half"
	target, err := os.Create(half)
	if err != nil {
		return err
	}
	_, err = target.Write(content)
	if err := errors.Join(err, target.Sync(), target.Close()); err != nil {
		return err
	}
	return os.Rename(half, file)
}
