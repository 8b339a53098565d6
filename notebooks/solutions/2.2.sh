# One line a claim: its name and what its condition Unused says. Those with True go.
kubectl get pvc -o jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Unused")].status}{"\n"}{end}' |
    awk '$2 == "True" { print $1 }' | xargs kubectl delete pvc
