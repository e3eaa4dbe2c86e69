// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import java.util.Collection;
import java.util.Optional;

/** The facts of a host that a plan needs. */
public interface HostFacts
{
    /** @return the present facts of this host; each question is asked once. */
    static HostFacts now()
    {
        return new ThisHost();
    }

    /**
     * @param address of the underlay.
     * @return true if an interface of this host has it.
     */
    boolean isOwnAddress(IpAddress address);

    /**
     * @param remote of the underlay.
     * @return source address of datagrams to it, if there is a route.
     */
    Optional<IpAddress> sourceTowards(IpAddress remote);

    /**
     * @param local   bound address, or a wildcard.
     * @param remotes known so far.
     * @return IP MTU of the underlay, in bytes.
     */
    int underlayMtu(IpAddress local, Collection<IpAddress> remotes);

    /**
     * @param name of an interface.
     * @return its IP MTU, in bytes.
     * @throws IllegalArgumentException if there is no such interface.
     */
    int interfaceMtu(String name);

    /**
     * @param device   name.
     * @param underlay address by which other nodes reach this one.
     * @param vni      of the segment.
     * @return the same address at every start.
     */
    MacAddress stableMac(String device, IpAddress underlay, int vni);
}
