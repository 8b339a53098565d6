# The claim asks for a class that does not exist. Nothing uses its data yet: it has none.
kubectl delete pvc data-ledger-1
# The Service looks for a label that no Pod has.
kubectl patch service ledger --patch '{"spec": {"selector": {"app": "ledger"}}}'
kubectl wait pod/ledger-2 --for=create --timeout=60s
kubectl wait pod/ledger-2 --for=condition=Ready --timeout=60s
