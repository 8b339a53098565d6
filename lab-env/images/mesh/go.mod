module lab.statefulset/mesh

go 1.26
