// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

/** Result of an operation on a table. */
public enum TableResult
{
    /** The tables are as requested, and may have been so before. */
    DONE("done"),

    /** An entry for the MAC or IP address is configured already. Linux EEXIST. */
    EXISTS("it exists already"),

    /** There is no such entry, or it has no such remote. Linux ENOENT. */
    NOT_FOUND("it does not exist"),

    /** A new entry needs a remote. Linux EINVAL. */
    NO_REMOTE("an entry needs a remote"),

    /** The entry of a group cannot be replaced; remotes are appended and deleted. Linux EOPNOTSUPP. */
    NOT_SUPPORTED("entries of groups cannot be replaced"),

    /** The underlay cannot send to an address of this family. Linux EAFNOSUPPORT. */
    WRONG_FAMILY("the underlay has no addresses of the remote's family"),

    /** No datagram can be sent to the unspecified address or to the broadcast address. */
    NO_DESTINATION("a datagram cannot be sent to this address"),

    /** The underlay does not send to multicast groups. */
    NO_GROUPS("the underlay cannot send to multicast groups"),

    /** The remote is this engine: frames that the segment floods would come back to it. */
    OURSELVES("the remote is this engine itself, and each flooded frame would come back to its segment"),

    /** No segment has the VNI. */
    NO_SEGMENT("no segment has this VNI"),

    /** The segment does not have the port. */
    NO_PORT("the segment does not have this port"),

    /** The engine carries segments; routes belong to an IP network. */
    NO_ROUTES("the engine carries VXLAN segments, and only an IP network has routes"),

    /** The IP network carries IPv4 only. */
    NOT_V4("the IP network carries IPv4 only"),

    /** The engine routes nothing: it has an IP network, or several queues. */
    NO_GATEWAYS("an engine with an IP network or with several queues has no gateways"),

    /** A segment or another routing context has the L3 VNI. */
    VNI_TAKEN("a segment or another routing context has this VNI"),

    /** Another segment of the routing context has a gateway with this prefix. */
    PREFIX_TAKEN("another segment of the routing context has a gateway with the same prefix"),

    /** The entry belongs to the user or to another owner. */
    REFUSED("the entry belongs to another owner"),

    /** The table is full of configured entries, or there are too many remotes. Linux ENOSPC. */
    NO_ROOM("no room for another entry or remote");

    private final String words;

    TableResult(final String words)
    {
        this.words = words;
    }

    /** @return the result in words. */
    public String words()
    {
        return words;
    }
}
