// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

/** Whether the JVM has its optimizing compiler (C2), or the quick one (C1) alone. */
public final class OptimizingCompiler
{
    /** False with {@code -XX:TieredStopAtLevel=1}, with which the JVM calls itself a client. */
    public static final boolean IS_THERE = !System.getProperty("java.vm.info", "").contains("client");

    private OptimizingCompiler()
    {
    }
}
