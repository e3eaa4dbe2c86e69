// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.address.IpAddress;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.SubnetKey;

/** Leases for tests, from texts. */
final class Leases
{
    private Leases()
    {
    }

    static Lease lease(final String name, final String publicIp)
    {
        return lease(name, publicIp, "{\"VNI\":1}");
    }

    static Lease lease(final String name, final String publicIp, final String data)
    {
        return new Lease(SubnetKey.parse(name), attributes(publicIp, data), null, false, 1);
    }

    static LeaseAttributes attributes(final String publicIp)
    {
        return attributes(publicIp, "{\"VNI\":1}");
    }

    static LeaseAttributes attributes(final String publicIp, final String data)
    {
        return LeaseAttributes.ofV4(IpAddress.parse(publicIp), "vxlan", data);
    }
}
