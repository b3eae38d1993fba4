// Computes with Go's checksum database (golang.org/x/mod/sumdb) what the tests compare with ours: one JSON document on
// standard input, one on standard output.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Lines       []string    // records without their newlines
	Inclusion   [][2]int64  // size, index
	Consistency [][2]int64  // new size, old size
	Notes       [][2]string // signed note, verifier key
	Sign        [][2]string // text, signer key
}

type answer struct {
	Leaves      []string   `json:"leaves"`
	Roots       []string   `json:"roots"` // of 1, 2, ... leaves
	Inclusion   [][]string `json:"inclusion"`
	Consistency [][]string `json:"consistency"`
	Opened      []string   `json:"opened"` // the text, or "error: ..."
	Signed      []string   `json:"signed"`
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func texts(hashes []tlog.Hash) []string {
	list := []string{}
	for _, hash := range hashes {
		list = append(list, hex.EncodeToString(hash[:]))
	}
	return list
}

func main() {
	var asked question
	check(json.NewDecoder(os.Stdin).Decode(&asked))
	said := answer{}
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		list := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			list[i] = stored[index]
		}
		return list, nil
	})
	for i, line := range asked.Lines {
		hashes, err := tlog.StoredHashes(int64(i), []byte(line), read)
		check(err)
		stored = append(stored, hashes...)
		root, err := tlog.TreeHash(int64(i+1), read)
		check(err)
		said.Leaves = append(said.Leaves, texts([]tlog.Hash{tlog.RecordHash([]byte(line))})...)
		said.Roots = append(said.Roots, hex.EncodeToString(root[:]))
	}
	for _, pair := range asked.Inclusion {
		proof, err := tlog.ProveRecord(pair[0], pair[1], read)
		check(err)
		said.Inclusion = append(said.Inclusion, texts(proof))
	}
	for _, pair := range asked.Consistency {
		proof, err := tlog.ProveTree(pair[0], pair[1], read)
		check(err)
		said.Consistency = append(said.Consistency, texts(proof))
	}
	for _, pair := range asked.Notes {
		verifier, err := note.NewVerifier(pair[1])
		check(err)
		opened, err := note.Open([]byte(pair[0]), note.VerifierList(verifier))
		if err != nil {
			said.Opened = append(said.Opened, "error: "+err.Error())
			continue
		}
		said.Opened = append(said.Opened, opened.Text)
	}
	for _, pair := range asked.Sign {
		signer, err := note.NewSigner(pair[1])
		check(err)
		signed, err := note.Sign(&note.Note{Text: pair[0]}, signer)
		check(err)
		said.Signed = append(said.Signed, string(signed))
	}
	check(json.NewEncoder(os.Stdout).Encode(said))
}
