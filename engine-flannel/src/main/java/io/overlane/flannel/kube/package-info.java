/**
 * Leases in Kubernetes, which are annotations of Node objects: how they are named, read and written. What talks to the
 * API server is to implement {@link io.overlane.flannel.lease.SubnetManager} with these.
 *
 * <p>{@code networkConfig()} reads net-conf.json with {@code NetworkConfig.parseNetworks}; {@code acquire} patches
 * {@code nodes/status} with {@code NodeAnnotations.write} and returns {@code NodeAnnotations.lease} of the patched
 * node, whose subnets are the pod CIDRs and whose lease never ends, so that {@code renew} has nothing to do;
 * {@code watchLeases} lists and watches nodes and hands each to the same {@code lease}, null being no lease.
 */
package io.overlane.flannel.kube;
