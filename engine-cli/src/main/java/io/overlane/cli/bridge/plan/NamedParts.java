// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parts of an option's value behind its first: each is written {@code NAME=VALUE}, and commas separate them. */
final class NamedParts
{
    private final Map<String, String> values;

    private NamedParts(final Map<String, String> values)
    {
        this.values = values;
    }

    /**
     * @param parts of the value, with the first.
     * @param names that are allowed.
     * @param owner that has these names, for messages.
     * @return the named parts.
     * @throws IllegalArgumentException if a part has no name, an unknown name, or the name of another.
     */
    static NamedParts of(final String[] parts, final List<String> names, final String owner)
    {
        final Map<String, String> values = new HashMap<>();
        for (int i = 1; i < parts.length; i++)
        {
            final int equals = parts[i].indexOf('=');
            final String name = equals < 0 ? parts[i] : parts[i].substring(0, equals);
            if (equals < 0 || !names.contains(name))
            {
                throw new IllegalArgumentException(
                    "unknown part '" + parts[i] + "' (" + owner + " has " + String.join("=…, ", names) + "=…)");
            }
            if (values.put(name, parts[i].substring(equals + 1)) != null)
            {
                throw new IllegalArgumentException(name + " is given twice");
            }
        }
        return new NamedParts(values);
    }

    boolean has(final String name)
    {
        return values.containsKey(name);
    }

    @Nullable String get(final String name)
    {
        return values.get(name);
    }

    String required(final String name)
    {
        final String value = values.get(name);
        if (value == null)
        {
            throw new IllegalArgumentException(name + "=… is missing");
        }
        return value;
    }
}
