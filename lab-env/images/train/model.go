package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
)

const (
	samples = 64   // in each rank's share of the data
	rate    = 0.05 // how far a step goes
)

// weights are the model: y = w0*x0 + w1*x1 + w2.
type weights [3]float64

// truth is what the data were made from, with some noise on top.
var truth = weights{3, -2, 0.5}

// gradient is one rank's part of a step: the sums over its share, and of the squared errors.
type gradient struct {
	Sum  weights `json:"sum"`
	Loss float64 `json:"loss"`
}

type sample struct{ x0, x1, y float64 }

// share is the part of the data that a rank owns. It is made from the rank's number, so that
// each run has the same data.
func share(rank int) []sample {
	random := rand.New(rand.NewPCG(6, uint64(rank)))
	made := make([]sample, samples)
	for at := range made {
		x0, x1 := random.Float64()*2-1, random.Float64()*2-1
		noise := random.NormFloat64() * 0.1
		made[at] = sample{x0, x1, truth[0]*x0 + truth[1]*x1 + truth[2] + noise}
	}
	return made
}

func (w weights) gradient(share []sample) gradient {
	var found gradient
	for _, one := range share {
		// Written so that no processor may fuse the steps: each machine then has the same bits.
		miss := float64(w[0]*one.x0) + float64(w[1]*one.x1) + w[2] - one.y
		found.Sum[0] += float64(miss * one.x0)
		found.Sum[1] += float64(miss * one.x1)
		found.Sum[2] += miss
		found.Loss += float64(miss * miss)
	}
	return found
}

// step adds up the gradients in the order of the ranks, and moves the weights. It returns the
// mean squared error before the move.
func (w *weights) step(all []gradient) float64 {
	var total gradient
	for _, each := range all {
		for at := range total.Sum {
			total.Sum[at] += each.Sum[at]
		}
		total.Loss += each.Loss
	}
	count := float64(samples * len(all))
	for at := range w {
		w[at] -= float64(rate * 2 / count * total.Sum[at])
	}
	return total.Loss / count
}

// told is the model in words: rounded for the eye, and a digest of every bit.
func (w weights) told(step int) string {
	var bits [24]byte
	for at, value := range w {
		binary.BigEndian.PutUint64(bits[8*at:], math.Float64bits(value))
	}
	digest := sha256.Sum256(bits[:])
	return fmt.Sprintf("step %d: y = %.3f x0 %+.3f x1 %+.3f, bits %x", step, w[0], w[1], w[2], digest[:4])
}

// alone does the work of all ranks in one process: what a run without any loss comes to.
func alone(world, steps int) weights {
	shares := make([][]sample, world)
	for rank := range shares {
		shares[rank] = share(rank)
	}
	var model weights
	for range steps {
		all := make([]gradient, world)
		for rank := range all {
			all[rank] = model.gradient(shares[rank])
		}
		model.step(all)
	}
	return model
}
