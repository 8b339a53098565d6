package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

var database = map[string]func(){
	"etcd": func() { etcdmain.Main(os.Args) },
}
