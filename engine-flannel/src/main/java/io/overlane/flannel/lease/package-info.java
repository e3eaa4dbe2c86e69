/**
 * What a flannel network is made of: its configuration, the leases by which nodes hold subnets, and the
 * {@link io.overlane.flannel.lease.SubnetManager} that hands them out.
 */
package io.overlane.flannel.lease;
