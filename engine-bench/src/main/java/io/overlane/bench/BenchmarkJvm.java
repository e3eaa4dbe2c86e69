// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

/** Options that every JVM forked by JMH needs; the manifest's do not reach it. */
final class BenchmarkJvm
{
    /** Agrona 2 uses the JDK's internal Unsafe. */
    static final String EXPORTS = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";

    private BenchmarkJvm()
    {
    }
}
