// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Selects FDB entries that match every criterion that is set.
 *
 * @param vni    of the segment, or {@link #ANY}.
 * @param mac    of the station or group; null for any.
 * @param remote address of a remote; null for any.
 * @param kinds  of entries.
 * @param owner  of the entry, or {@link #ANY}.
 */
public record FdbFilter(int vni, @Nullable MacAddress mac, @Nullable IpAddress remote, Set<FdbKind> kinds, int owner)
{
    /** Matches every value. */
    public static final int ANY = -1;

    /** Selects every entry. */
    public static final FdbFilter ALL = new FdbFilter(ANY, null, null, EnumSet.allOf(FdbKind.class), ANY);

    /** @return this filter for one segment. */
    public FdbFilter vni(final int vni)
    {
        return new FdbFilter(vni, mac, remote, kinds, owner);
    }

    /**
     * @param mac of the station or group.
     * @return this filter for one MAC.
     */
    public FdbFilter mac(final MacAddress mac)
    {
        return new FdbFilter(vni, mac, remote, kinds, owner);
    }

    /**
     * @param remote address of the remote.
     * @return this filter for one remote.
     */
    public FdbFilter remote(final IpAddress remote)
    {
        return new FdbFilter(vni, mac, remote, kinds, owner);
    }

    /**
     * @param kinds of entries, each once.
     * @return this filter for these kinds.
     */
    public FdbFilter kinds(final FdbKind... kinds)
    {
        return new FdbFilter(vni, mac, remote, Set.of(kinds), owner);
    }

    /**
     * @param owner of the entries.
     * @return this filter for one owner.
     */
    public FdbFilter owner(final int owner)
    {
        return new FdbFilter(vni, mac, remote, kinds, owner);
    }

    /**
     * Compare an entry by everything but its remotes.
     *
     * @param vni   of its segment.
     * @param mac   of the station or group.
     * @param kind  of the entry.
     * @param owner of the entry.
     * @return true if the filter selects it.
     */
    public boolean matches(final int vni, final long mac, final FdbKind kind, final int owner)
    {
        return (this.vni == ANY || this.vni == vni) &&
            (this.mac == null || this.mac.value() == mac) &&
            kinds.contains(kind) &&
            (this.owner == ANY || this.owner == owner);
    }
}
