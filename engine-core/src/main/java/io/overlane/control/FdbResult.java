// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

/** What became of an operation on the FDB. */
public enum FdbResult
{
    /** It was done, or nothing was left to do. */
    DONE("done"),

    /** An entry for the MAC is configured already. Linux EEXIST. */
    EXISTS("the MAC has an entry already"),

    /** There is no such entry, or it has no such remote. Linux ENOENT. */
    NOT_FOUND("no such entry"),

    /** A new entry has to say where the MAC is. Linux EINVAL. */
    NO_REMOTE("an entry needs a remote"),

    /** Entries of groups are appended to and deleted from, not replaced. Linux EOPNOTSUPP. */
    NOT_SUPPORTED("entries of groups cannot be replaced"),

    /** The underlay cannot send to an address of this family. Linux EAFNOSUPPORT. */
    WRONG_FAMILY("the underlay has no addresses of the remote's family"),

    /** No datagram can be sent to the unspecified address or to the broadcast address. */
    NO_DESTINATION("a datagram cannot be sent to this address"),

    /** The underlay does not send to multicast groups. */
    NO_GROUPS("the underlay cannot send to multicast groups"),

    /** What the segment floods would come back to it. */
    OURSELVES("the remote is this engine itself, and each flooded frame would come back to its segment"),

    /** No segment has the VNI. */
    NO_SEGMENT("no segment has this VNI"),

    /** The user's entry, or that of another owner, stands. */
    REFUSED("the entry is another owner's"),

    /** Every entry the table can hold is configured, or there are too many remotes. Linux ENOSPC. */
    NO_ROOM("no room for another entry or remote");

    private final String words;

    FdbResult(final String words)
    {
        this.words = words;
    }

    /** @return the same in words, for whoever asked. */
    public String words()
    {
        return words;
    }
}
