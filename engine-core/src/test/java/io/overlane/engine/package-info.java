/** The whole, from launch to close. */
package io.overlane.engine;
