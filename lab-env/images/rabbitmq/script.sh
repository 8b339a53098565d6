# Debian gives the user a number by the order of installation. A manifest needs one that stays.
groupmod -g 999 rabbitmq
usermod -u 999 -g 999 -d /tmp rabbitmq
# The cookie is the cluster's password: it comes from a Secret, never from an image.
rm -rf /var/lib/rabbitmq /var/log/rabbitmq
