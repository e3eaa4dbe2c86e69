// SPDX-License-Identifier: Apache-2.0
/**
 * The parts of a flannel network: its configuration, the leases by which nodes hold subnets, and the
 * {@link io.overlane.flannel.lease.SubnetManager} that assigns them.
 *
 * <pre>{@code
 * final SubnetManager manager = new RegistrySubnetManager(
 *     EtcdApi.V3.open(EtcdOptions.of(endpoints), notices), LEASE_TTL, new SecureRandom(), notices);
 * final NetworkConfig config = manager.networkConfig();
 * final Lease own = manager.acquire(LeaseAttributes.ofV4(publicIp, "vxlan", data), previousSubnet);
 * final LeaseKeeper keeper = new LeaseKeeper(manager, own, DEFAULT_MARGIN, alarms, listener, notices).start();
 * manager.watchLeases(own.key(), peers);
 * }</pre>
 */
@NullMarked
package io.overlane.flannel.lease;

import org.jspecify.annotations.NullMarked;
