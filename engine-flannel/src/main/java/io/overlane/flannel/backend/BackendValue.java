// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.flannel.json.JsonObject;

/** Checks numbers in a backend's section. */
final class BackendValue
{
    private BackendValue()
    {
    }

    static int inRange(final JsonObject section, final String key, final int fallback, final int min, final int max)
    {
        final long value = section.integer(key, fallback);
        if (value < min || value > max)
        {
            throw new IllegalArgumentException("backend: " + key + "=" + value + " is outside " + min + "…" + max);
        }
        return (int)value;
    }
}
