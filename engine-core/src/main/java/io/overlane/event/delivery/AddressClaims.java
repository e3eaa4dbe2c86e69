// SPDX-License-Identifier: Apache-2.0
package io.overlane.event.delivery;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.event.EngineEvent.DuplicateAddress;
import io.overlane.event.EngineEvent.Place;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds IP addresses that two MACs claim. An address that only moves to another MAC, as with a standby router, is no
 * duplicate; one that moves back within a minute is. Only for the thread that dispatches events.
 */
final class AddressClaims
{
    /** The MAC of an address that nobody configured. */
    static final long NOT_CONFIGURED = -1;

    /** The addresses that claimed something last; further ones are forgotten. About 2 MiB if all are used. */
    private static final int MAX_ADDRESSES = 16_384;

    private static final long WINDOW_NS = TimeUnit.MINUTES.toNanos(1);

    private final EventQueue.Owners owners;
    private final Map<Key, Claims> claims = new LinkedHashMap<>(64, 0.75F, true)
    {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(final Map.Entry<Key, Claims> eldest)
        {
            return size() > MAX_ADDRESSES;
        }
    };

    /** An address of a segment. */
    private record Key(int vni, IpAddress address)
    {
    }

    /** A claim of an address. */
    private record Claim(long mac, @Nullable Place place, long timeNs)
    {
    }

    /** The claims of one address: the last, and the last of another MAC. */
    private static final class Claims
    {
        private @Nullable Claim last;
        private @Nullable Claim other;
        private @Nullable Long reportedNs;
    }

    AddressClaims(final EventQueue.Owners owners)
    {
        this.owners = owners;
    }

    /** Note a claim; the answer is an event if it contradicts another one. */
    @Nullable DuplicateAddress onClaim(
        final long timeNs, final int vni, final IpAddress address, final long mac, final Place place)
    {
        final Claims all = claims.computeIfAbsent(new Key(vni, address), none -> new Claims());
        final long owner = owners.mac(vni, address.high(), address.low());
        final Claim before = all.last != null && all.last.mac() != mac ? all.last : all.other;
        final boolean returns = all.last != null && all.last.mac() != mac && all.other != null &&
            all.other.mac() == mac && timeNs - all.other.timeNs() < WINDOW_NS;
        all.other = before;
        all.last = new Claim(mac, place, timeNs);
        final Claim contradicted = owner != NOT_CONFIGURED && owner != mac ? new Claim(owner, null, timeNs) :
            returns ? before : null;
        if (contradicted == null || all.reportedNs != null && timeNs - all.reportedNs < WINDOW_NS)
        {
            return null;
        }
        all.reportedNs = timeNs;
        return new DuplicateAddress(
            timeNs, vni, address, new MacAddress(mac), place, new MacAddress(contradicted.mac()), contradicted.place());
    }
}
