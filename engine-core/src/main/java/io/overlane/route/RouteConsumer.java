package io.overlane.route;

import io.overlane.address.IpPrefix;

/** Receives the entries of a {@link RouteTable}, on the thread that asked. */
@FunctionalInterface
public interface RouteConsumer
{
    /**
     * @param prefix with no bits behind its length.
     * @param target it leads to.
     */
    void accept(IpPrefix prefix, int target);
}
