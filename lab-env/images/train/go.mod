module lab.statefulset/train

go 1.26
