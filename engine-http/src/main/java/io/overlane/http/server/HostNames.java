// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

import io.overlane.address.IpAddress;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Names under which a browser may reach the server. Without this check a foreign page could let its own name point to
 * the server's address and then read the answers (DNS rebinding). It cannot do so with an address or {@code localhost}.
 */
final class HostNames
{
    private final @Nullable Set<String> names;

    /**
     * @param names allowed besides addresses and {@code localhost}; null allows all.
     */
    HostNames(final @Nullable Set<String> names)
    {
        this.names = names == null ? null : names.stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    }

    /**
     * @param host value of the header {@code Host}, with or without port.
     * @return true if it is an address, {@code localhost} or one of the names.
     */
    boolean allows(final String host)
    {
        final String name = host.replaceFirst(":\\d{0,5}$", "").toLowerCase(Locale.ROOT);
        return names == null || "localhost".equals(name) || names.contains(name) || isAddress(name);
    }

    private static boolean isAddress(final String name)
    {
        final boolean isBracketed = name.startsWith("[") && name.endsWith("]");
        try
        {
            return IpAddress.parse(isBracketed ? name.substring(1, name.length() - 1) : name).isV4() != isBracketed;
        }
        catch (final IllegalArgumentException ex)
        {
            return false;
        }
    }
}
