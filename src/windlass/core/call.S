/* Crossing between host code (System V) and Windows code (Microsoft x64).
 *
 * On the Windows side every argument is one 8-byte slot, and the first four travel in the integer and the vector
 * register of their position at once ("x64 calling convention": varargs rule, harmless for prototyped functions). So
 * one signature-less stub calls any function. Microsoft's nonvolatile registers are a superset of System V's; nothing
 * needs saving on the way in, and rdi, rsi, xmm6-15 are saved by the compiler in ms_abi functions on the way out. */

        .text

/* int call_windows(function: rdi, slots: rsi, count: rdx, result: rcx, chain: r8)
 * The pushes below build struct boundary, lowest address last. */
        .globl  call_windows
        .hidden call_windows
        .type   call_windows, @function
        .p2align 4
call_windows:
        .cfi_startproc
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq   %rbx
        .cfi_offset %rbx, -24
        pushq   %r12
        .cfi_offset %r12, -32
        pushq   %r13
        .cfi_offset %r13, -40
        pushq   %r14
        .cfi_offset %r14, -48
        pushq   %r15
        .cfi_offset %r15, -56
        pushq   %rcx
        pushq   %r8
        pushq   (%r8)
        movq    %rsp, (%r8)

        movq    %rdi, %rax
        movq    %rdx, %r10
        subq    $4, %r10
        jbe     2f
        /* Slots beyond four go to the stack above the 32-byte home area; keep rsp 16-byte aligned. */
        leaq    1(%r10), %r11
        andq    $-2, %r11
        shlq    $3, %r11
        subq    %r11, %rsp
1:      decq    %r10
        movq    32(%rsi,%r10,8), %r11
        movq    %r11, (%rsp,%r10,8)
        jnz     1b
2:      subq    $32, %rsp
        movq    (%rsi), %rcx
        movq    16(%rsi), %r8
        movq    24(%rsi), %r9
        movq    8(%rsi), %rdx
        movq    %rcx, %xmm0
        movq    %rdx, %xmm1
        movq    %r8, %xmm2
        movq    %r9, %xmm3
        call    *%rax
        .globl  call_windows_return
        .hidden call_windows_return
call_windows_return:
        leaq    -64(%rbp), %rsp
        popq    %rdx
        popq    %r8
        movq    %rdx, (%r8)
        popq    %rcx
        movq    %rax, (%rcx)
        movq    %xmm0, 8(%rcx)
        xorl    %eax, %eax
.Lleave:
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size   call_windows, . - call_windows

/* void call_windows_unwound(struct boundary *: rdi) */
        .globl  call_windows_unwound
        .hidden call_windows_unwound
        .type   call_windows_unwound, @function
        .p2align 4
call_windows_unwound:
        .cfi_startproc
        cld
        movq    %rdi, %rsp
        leaq    64(%rdi), %rbp
        .cfi_def_cfa %rbp, 16
        .cfi_offset %rbp, -16
        .cfi_offset %rbx, -24
        .cfi_offset %r12, -32
        .cfi_offset %r13, -40
        .cfi_offset %r14, -48
        .cfi_offset %r15, -56
        popq    %rdx
        popq    %r8
        movq    %rdx, (%r8)
        addq    $8, %rsp
        movl    $1, %eax
        jmp     .Lleave
        .cfi_endproc
        .size   call_windows_unwound, . - call_windows_unwound

/* uint64_t call_program(function: rdi, slots: rsi)
 * Eight slots, and no boundary: exceptions go through. */
        .globl  call_program
        .hidden call_program
        .type   call_program, @function
        .p2align 4
call_program:
        .cfi_startproc
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        subq    $64, %rsp
        movups  32(%rsi), %xmm0
        movups  48(%rsi), %xmm1
        movaps  %xmm0, 32(%rsp)
        movaps  %xmm1, 48(%rsp)
        movq    (%rsi), %rcx
        movq    8(%rsi), %rdx
        movq    16(%rsi), %r8
        movq    24(%rsi), %r9
        call    *%rdi
        .globl  call_program_return
        .hidden call_program_return
call_program_return:
        leave
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size   call_program, . - call_program

/* Reached from a callback's code piece with r10 = struct callback *. Lays the register arguments into their home area,
 * which makes all arguments one contiguous array, and lets callback_dispatch (ms_abi) do the rest. */
        .globl  callback_entry
        .hidden callback_entry
        .type   callback_entry, @function
        .p2align 4
callback_entry:
        .cfi_startproc
        movq    %rcx, 8(%rsp)
        movq    %rdx, 16(%rsp)
        movq    %r8, 24(%rsp)
        movq    %r9, 32(%rsp)
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        subq    $80, %rsp
        movq    %xmm0, -32(%rbp)
        movq    %xmm1, -24(%rbp)
        movq    %xmm2, -16(%rbp)
        movq    %xmm3, -8(%rbp)
        movq    %r10, %rcx
        leaq    16(%rbp), %rdx
        leaq    -32(%rbp), %r8
        leaq    -48(%rbp), %r9
        call    callback_dispatch
        .globl  callback_entry_return
        .hidden callback_entry_return
callback_entry_return:
        movq    -48(%rbp), %rax
        movq    -40(%rbp), %xmm0
        leave
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size   callback_entry, . - callback_entry

/* The first call of a builtin function that has no C body: its slot holds this address, r11 its id. Keeps the arguments,
 * asks api_resolve (ms_abi) for the function and goes on there. */
        .globl  api_lazy_entry
        .hidden api_lazy_entry
        .type   api_lazy_entry, @function
        .p2align 4
api_lazy_entry:
        .cfi_startproc
        movq    %rcx, 8(%rsp)
        movq    %rdx, 16(%rsp)
        movq    %r8, 24(%rsp)
        movq    %r9, 32(%rsp)
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        subq    $96, %rsp
        movaps  %xmm0, -16(%rbp)
        movaps  %xmm1, -32(%rbp)
        movaps  %xmm2, -48(%rbp)
        movaps  %xmm3, -64(%rbp)
        movl    %r11d, %ecx
        call    api_resolve
        movaps  -16(%rbp), %xmm0
        movaps  -32(%rbp), %xmm1
        movaps  -48(%rbp), %xmm2
        movaps  -64(%rbp), %xmm3
        leave
        .cfi_def_cfa %rsp, 8
        movq    8(%rsp), %rcx
        movq    16(%rsp), %rdx
        movq    24(%rsp), %r8
        movq    32(%rsp), %r9
        jmp     *%rax
        .cfi_endproc
        .size   api_lazy_entry, . - api_lazy_entry

/* Called from a builtin function's stub, r11 being its id, when the stack is not aligned to 16 bytes. Aligns it, calls the
 * function through the stub's slot with a copy of the arguments on the stack, and returns to the stub's caller. No home
 * area is relied on. */
        .set    STACK_SLOTS, 16        /* more arguments than any function of the API has */
        .set    AFTER_JUMP, 8          /* the stub's jump ends so far before the return address, */
        .set    DISPLACEMENT, 12       /* and its displacement begins so far before it (pe/write.py) */

        .globl  unaligned_entry
        .hidden unaligned_entry
        .type   unaligned_entry, @function
        .p2align 4
unaligned_entry:
        .cfi_startproc
        .cfi_def_cfa_offset 16
        popq    %r10
        .cfi_def_cfa_offset 8
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        andq    $-16, %rsp
        subq    $(32 + 8 * STACK_SLOTS), %rsp
        pushq   %rcx
        pushq   %rdx
        movl    $STACK_SLOTS, %ecx
1:      movq    40(%rbp,%rcx,8), %rdx
        movq    %rdx, 40(%rsp,%rcx,8)
        decl    %ecx
        jnz     1b
        popq    %rdx
        popq    %rcx
        movslq  -DISPLACEMENT(%r10), %rax
        call    *-AFTER_JUMP(%r10,%rax)
        leave
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size   unaligned_entry, . - unaligned_entry

        .section .note.GNU-stack, "", @progbits
