// SPDX-License-Identifier: Apache-2.0
/**
 * What a Linux vxlan device did, as recorded, and in which cases an engine is meant to do something else.
 */
package io.overlane.testdata.kernel;
