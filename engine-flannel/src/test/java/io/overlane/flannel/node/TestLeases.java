// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.IpAddress;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.SubnetKey;

/** Leases from texts. */
final class TestLeases
{
    private TestLeases()
    {
    }

    static Lease lease(final String name, final String publicIp)
    {
        return new Lease(SubnetKey.parse(name),
            LeaseAttributes.ofV4(IpAddress.parse(publicIp), "host-gw", null), null, false, 1);
    }
}
