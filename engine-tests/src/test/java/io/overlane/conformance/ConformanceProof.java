// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import java.nio.file.Path;
import java.util.List;

/**
 * A test that carries {@link Conformance}, and what that says.
 *
 * @param file      it is in, from the project's root.
 * @param method    its name.
 * @param rows      it proves.
 * @param behaviour by default; empty where not said.
 * @param rfc7348   under that profile.
 * @param strict    under that profile.
 * @param deviation from Linux.
 */
record ConformanceProof(
    Path file, String method, List<Integer> rows, String behaviour, String rfc7348, String strict, String deviation)
{
}
