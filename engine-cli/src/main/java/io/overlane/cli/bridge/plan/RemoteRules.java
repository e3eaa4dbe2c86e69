// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static io.overlane.cli.bridge.plan.BridgePlanner.require;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import java.util.Collection;

/** Checks which remotes an underlay can reach from its bound address. */
final class RemoteRules
{
    private final HostFacts host;
    private final Vtep local;

    RemoteRules(final HostFacts host, final Vtep local)
    {
        this.host = host;
        this.local = local;
    }

    void check(final Collection<Vtep> remotes)
    {
        remotes.forEach(this::check);
    }

    private void check(final Vtep remote)
    {
        final IpAddress address = remote.address();
        require(!address.isAny() && !address.isMulticast(), "remote " + remote + ": not the address of one host");
        require(!address.lacksZone(), "remote " + remote + ": a link-local address needs its interface; write " +
            address + "%eth0, or give --local one");
        // A socket bound to "::" carries both families.
        require(address.isV4() == local.address().isV4() || local.address().equals(IpAddress.ANY_V6),
            "remote " + remote + " is of another family than the local address " + local.address());
        require(!isSelf(remote), "remote " + remote + " is this node's own address");
    }

    /** True for our own port only: another port of this host may belong to another engine. */
    private boolean isSelf(final Vtep remote)
    {
        return remote.udpPort() == local.udpPort() &&
            (local.address().isAny() ?
                host.isOwnAddress(remote.address()) :
                remote.address().equals(local.address()));
    }
}
