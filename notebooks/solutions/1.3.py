# Ask of each: must a name stay, must data stay, does it ever end?
fits = {
    "shop": "Deployment",
    "wiki": "Deployment + PVC",      # a StatefulSet of one replica works as well
    "broker": "StatefulSet",         # or an operator, which makes one
    "postgres": "operator",
    "log reader": "DaemonSet",
    "nightly report": "Job",
    "cache": "StatefulSet",
    "thumbnails": "Deployment",      # or a Job for each picture
}
