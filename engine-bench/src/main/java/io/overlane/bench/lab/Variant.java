// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.util.Map;

/** Names of variants: {@code engine@17} is the engine on JDK 17, and variants without a JVM have no such ending. */
final class Variant
{
    private static final Map<String, String> TITLES = Map.ofEntries(
        Map.entry("kernel", "kernel vxlan"),
        Map.entry("fast-path", "engine, fast path at tc"),
        Map.entry("xdp", "engine, fast path with XDP"),
        Map.entry("engine", "engine"),
        Map.entry("engine-off", "engine, offload off"),
        Map.entry("small", "engine, bin/overlane"),
        Map.entry("watched", "engine, capture, histograms and metrics on"),
        Map.entry("netty", "engine, Netty underlay"),
        Map.entry("nio", "engine, NIO underlay"),
        Map.entry("ip-udp", "engine, ip-udp mode"),
        Map.entry("engine-kernel", "engine to kernel"),
        Map.entry("kernel-engine", "kernel to engine"),
        Map.entry("fast-path-kernel", "fast path to kernel"),
        Map.entry("kernel-fast-path", "kernel to fast path"),
        Map.entry("xdp-kernel", "fast path with XDP to kernel"),
        Map.entry("kernel-xdp", "kernel to fast path with XDP"));

    private Variant()
    {
    }

    /** @return what the report calls a variant; a yardstick has the name that it was given. */
    static String title(final String variant, final boolean withJdk)
    {
        final String title = TITLES.getOrDefault(base(variant), base(variant));
        final String jdk = jdk(variant);
        return withJdk && !jdk.isEmpty() ? title + ", JDK " + jdk : title;
    }

    /** @return the variant without its JDK. */
    static String base(final String variant)
    {
        return variant.split("@", 2)[0];
    }

    /** @return version of the JDK; empty for variants without a JVM. */
    static String jdk(final String variant)
    {
        final int at = variant.indexOf('@');
        return at < 0 ? "" : variant.substring(at + 1);
    }
}
