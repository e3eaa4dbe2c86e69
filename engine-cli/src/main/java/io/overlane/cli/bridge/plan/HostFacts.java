// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import java.util.Collection;
import java.util.Optional;

/** What a plan needs to know of the host it is made for. */
public interface HostFacts
{
    /** @return the facts of the host this runs on, as they are now: each question is asked once. */
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
     * @return the address datagrams to it would come from, if there is a route.
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
     * @throws IllegalArgumentException if there is none of that name.
     */
    int interfaceMtu(String name);

    /**
     * @param device   name.
     * @param underlay address other nodes reach this one by.
     * @param vni      of the segment.
     * @return the same at every start.
     */
    MacAddress stableMac(String device, IpAddress underlay, int vni);
}
