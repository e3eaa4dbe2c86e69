// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import java.util.Map;

/**
 * A Node object at one revision.
 *
 * @param event   that made it: ADDED, MODIFIED or DELETED.
 * @param content without kind and apiVersion; nobody changes it.
 * @param item    the same as JSON, as elements of a list have it.
 */
record NodeVersion(long revision, String event, String name, Map<String, Object> content, String item)
{
    private static final String KIND = "{\"kind\":\"Node\",\"apiVersion\":\"v1\",";

    /** The object as JSON with its kind, as it is everywhere but in lists. */
    String json()
    {
        return KIND + item.substring(1);
    }

    /** A line of a watch. */
    static String line(final String event, final String object)
    {
        return "{\"type\":\"" + event + "\",\"object\":" + object + "}\n";
    }

    /** A line of a watch that says how far it is, and whether all objects that were there have been sent. */
    static String bookmark(final long revision, final boolean isInitialEnd)
    {
        return line("BOOKMARK", KIND + "\"metadata\":{\"resourceVersion\":\"" + revision +
            "\",\"creationTimestamp\":null" +
            (isInitialEnd ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "") +
            "},\"spec\":{},\"status\":{\"daemonEndpoints\":{\"kubeletEndpoint\":{\"Port\":0}}}}");
    }
}
