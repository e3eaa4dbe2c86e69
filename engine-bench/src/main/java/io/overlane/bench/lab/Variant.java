// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.util.Map;

/** Titles of the variants in the report. */
final class Variant
{
    private static final Map<String, String> TITLES = Map.of(
        "kernel", "kernel vxlan",
        "engine", "engine",
        "engine-off", "engine, offload off",
        "watched", "engine, capture, histograms and metrics on",
        "netty", "engine, Netty underlay",
        "nio", "engine, NIO underlay",
        "ip-udp", "engine, ip-udp mode",
        "yardstick", "yardstick");

    private Variant()
    {
    }

    static String title(final String name)
    {
        return TITLES.getOrDefault(name, name);
    }
}
