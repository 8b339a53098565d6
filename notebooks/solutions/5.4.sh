# A and B differ in one setting. Without strict, a primary that is alone acknowledges alone.
kubectl label statefulset pg guilty=synchronous_mode_strict --overwrite
