// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

import org.agrona.UnsafeApi;

/**
 * Whether memory that the engine allocated is read and written through the JDK's internal class instead of through a
 * {@link java.nio.ByteBuffer}. That is faster, and possible if the JVM was started with
 * {@code --add-exports java.base/jdk.internal.misc=ALL-UNNAMED} ({@code =org.agrona} on the module path). Both ways
 * check every index. A constant, so that compiled code has no test.
 */
public final class FastAccess
{
    /** True if the JVM lets Agrona use the internal class. */
    public static final boolean IS_ON =
        Object.class.getModule().isExported("jdk.internal.misc", UnsafeApi.class.getModule());

    /** How our own memory is read and written, for people: {@code unsafe} or {@code bytebuffer}. */
    public static final String NAME = IS_ON ? "unsafe" : "bytebuffer";

    private FastAccess()
    {
    }
}
