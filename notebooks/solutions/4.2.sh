# Back to RollingUpdate, with two at a time. store-0 has the new revision, so it is left alone.
kubectl patch statefulset store -p '{"spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}}}}'
kubectl wait statefulset/store --for=jsonpath='{.status.updatedReplicas}'=3 --timeout=60s
kubectl wait pod/store-1 pod/store-2 --for=condition=Ready --timeout=60s
