// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.SubnetKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Parses the names and values of leases, and reports once what it cannot parse. Thread-safe. */
final class LeaseTexts
{
    /** Only so that a hostile registry cannot fill the memory; after that number, lines are repeated. */
    private static final int MOST_REPORTED = 1_000;

    private final String prefix;
    private final Consumer<String> notices;
    private final Map<String, String> reported = new ConcurrentHashMap<>();

    /** @param prefix of the names of leases, with a slash at its end. */
    LeaseTexts(final String prefix, final Consumer<String> notices)
    {
        this.prefix = prefix;
        this.notices = notices;
    }

    /**
     * @return the subnets that the name stands for; null, after a notice, if it is not the name that nodes give to
     *         their leases. flannel reads some other names too, so two keys could mean one subnet.
     */
    @Nullable SubnetKey key(final String name)
    {
        final SubnetKey key = SubnetKey.parse(name);
        if (key == null || !isPlain(name, key))
        {
            report(name, key == null ? "does not name a subnet; skipped" :
                "is skipped: the lease of " + key + " is " + prefix + key.registryName());
            return null;
        }
        return key;
    }

    private boolean isPlain(final String name, final SubnetKey key)
    {
        final String v4 = prefix + new SubnetKey(key.v4(), null).registryName();
        return name.startsWith(v4) && (name.length() == v4.length() || name.charAt(v4.length()) == '&');
    }

    /** @return the parsed value; {@code UNREADABLE}, after a notice, if it cannot be parsed. */
    LeaseAttributes attributes(final String name, final String value)
    {
        try
        {
            final LeaseAttributes attributes = LeaseAttributes.parse(value);
            reported.remove(name);
            return attributes;
        }
        catch (final IllegalArgumentException ex)
        {
            report(name, "has a value that cannot be read: " + ex.getMessage());
            return LeaseAttributes.UNREADABLE;
        }
    }

    private void report(final String name, final String why)
    {
        if (reported.size() > MOST_REPORTED)
        {
            reported.clear();
        }
        if (!why.equals(reported.put(name, why)))
        {
            notices.accept("etcd: key " + name + " " + why);
        }
    }
}
