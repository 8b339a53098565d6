# The volume that waits. It remembers the UID of the claim that is gone.
old=$(kubectl get pv -o jsonpath='{range .items[*]}{.status.phase} {.spec.claimRef.namespace}/{.spec.claimRef.name} {.metadata.name}{"\n"}{end}' \
  | awk '$1 == "Released" && $2 == "chapter-6/data-ledger-0" {print $3}')
# The new and empty claim has to go first: the set makes a claim only where there is none.
kubectl scale statefulset ledger --replicas=0
kubectl wait pod/ledger-0 --for=delete --timeout=60s > /dev/null
kubectl delete pvc data-ledger-0
# Without the UID the volume is kept for a claim of this name, whichever it is.
kubectl patch pv "$old" --type=json -p '[{"op": "remove", "path": "/spec/claimRef/uid"},
  {"op": "remove", "path": "/spec/claimRef/resourceVersion"}]'
kubectl scale statefulset ledger --replicas=1
kubectl wait pod/ledger-0 --for=create --timeout=60s
kubectl wait pod/ledger-0 --for=condition=Ready --timeout=60s
kubectl exec ledger-0 -- cat /data/note
