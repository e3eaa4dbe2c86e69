// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.Printable;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.SubnetKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reports the leases of which a node can make no peer: each reason in one line, also if both families have it, and only
 * once, also if the backend is made again. One thread at a time uses it.
 */
public final class LeftOut
{
    private final Map<Part, String> reasons = new HashMap<>();
    private final Consumer<String> notices;

    /** @param notices takes the lines. */
    public LeftOut(final Consumer<String> notices)
    {
        this.notices = notices;
    }

    void leave(final Lease lease, final boolean isV4, final String why)
    {
        final String reason = String.valueOf(Printable.line(why));
        final boolean isNew = !reason.equals(reasons.put(new Part(lease.key(), isV4), reason));
        if (isNew && !reason.equals(reasons.get(new Part(lease.key(), !isV4))))
        {
            notices.accept("peer " + lease.key() + " of " + lease.attributes().publicIp() + " is left out: " + reason);
        }
    }

    void take(final Lease lease, final boolean isV4)
    {
        reasons.remove(new Part(lease.key(), isV4));
    }

    /** Forget the leases that are gone. */
    void retain(final Collection<Lease> leases)
    {
        if (!reasons.isEmpty())
        {
            final Set<SubnetKey> keys = new HashSet<>();
            leases.forEach(lease -> keys.add(lease.key()));
            reasons.keySet().removeIf(part -> !keys.contains(part.key));
        }
    }

    private record Part(SubnetKey key, boolean isV4)
    {
    }
}
