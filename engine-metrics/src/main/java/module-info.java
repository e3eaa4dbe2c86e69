// SPDX-License-Identifier: Apache-2.0

/** The numbers of an engine for Micrometer and HdrHistogram, and its events for Java Flight Recorder. */
@SuppressWarnings("requires-transitive-automatic") // Micrometer and HdrHistogram have no module descriptors.
module io.overlane.metrics
{
    requires static org.jspecify;
    requires transitive io.overlane.core;
    requires transitive micrometer.core;
    requires transitive HdrHistogram;
    requires jdk.jfr;

    exports io.overlane.metrics;
}
